// Server-sent events as the answer to a question, which EventSource cannot ask.

import { ApiError } from "../api.js";

/** Yield the events, each with its `name` and `data`, that `path` answers to `body` until `signal` is aborted. */
export async function* events(path, body, signal) {
  const answer = await answered(path, body, signal);
  let text = "";
  for await (const piece of pieces(answer.body.pipeThrough(new TextDecoderStream()))) {
    const parts = (text + piece).split("\n\n");
    text = parts.pop();
    for (const part of parts) yield read(part);
  }
}

async function answered(path, body, signal) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, "no answer", "the server did not answer; is it running?");
  }
  if (answer.ok) return answer;
  const { error, detail } = await answer.json().catch(() => ({ error: answer.statusText, detail: answer.statusText }));
  throw new ApiError(answer.status, error, detail);
}

// Not all browsers can go through a stream by themselves.
async function* pieces(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function read(part) {
  const fields = part.split("\n").map((line) => line.split(/: ?(.*)/s));
  const named = (name) => fields.filter(([key]) => key === name).map(([, value]) => value).join("\n");
  return { name: named("event"), data: JSON.parse(named("data") || "null") };
}
