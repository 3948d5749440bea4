// Requests to the server that the page came from.

/** What went wrong with a request: its `status` (0 where no answer came), in words of the server. */
export class ApiError extends Error {
  constructor(status, error, detail) {
    super(detail);
    this.status = status;
    this.error = error;
  }
}

/** Send a request, `body` as JSON where there is one, and return the answer's JSON. */
export async function send(method, path, body = undefined) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new ApiError(0, "no answer", "the server did not answer; is it running?");
  }
  const said = await answer.json().catch(() => ({ error: answer.statusText, detail: answer.statusText }));
  if (!answer.ok) throw new ApiError(answer.status, said.error, said.detail);
  return said;
}
