// Requests to the server that the page came from.

import { pageOf } from "./times.js";

const MOMENT = 300; // milliseconds that nobody minds waiting

/** What went wrong with a request: its `status` (0 where no answer came), in words of the server. */
export class ApiError extends Error {
  constructor(status, error, detail) {
    super(detail);
    this.status = status;
    this.error = error;
  }
}

/** Wait for `pending` and return what it brings; if that takes a while, a bar says so meanwhile. */
export async function awaited(pending) {
  const bar = document.createElement("div");
  bar.className = "busy";
  bar.role = "progressbar";
  bar.ariaLabel = "Waiting for the server";
  const late = setTimeout(() => document.querySelector("main").append(bar), MOMENT);
  try {
    return await pending;
  } finally {
    clearTimeout(late);
    bar.remove();
  }
}

async function ask(path, options) {
  try {
    const answer = await fetch(path, options);
    return { answer, text: await answer.text() };
  } catch {
    throw new ApiError(0, "no answer", "the server did not answer; is it running?");
  }
}

/** Send a request, `body` as JSON where there is one, and return the answer's JSON. */
export function send(method, path, body = undefined) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  return awaited(exchange(path, options));
}

async function exchange(path, options) {
  const { answer, text } = await ask(path, options);
  const said = parsed(text) ?? { error: answer.statusText, detail: answer.statusText };
  if (!answer.ok) throw new ApiError(answer.status, said.error, said.detail);
  return said;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Return the page at `address`, parsed and never run, with its times in the reader's zone. */
export async function fetchPage(address) {
  const { answer, text } = await ask(address, { headers: { Accept: "text/html" } });
  const page = pageOf(text);
  if (answer.ok) return page;
  throw new ApiError(answer.status, answer.statusText, page.querySelector("main h1")?.textContent ?? answer.statusText);
}
