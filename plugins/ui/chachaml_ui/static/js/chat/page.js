// The chat: questions are asked, answers are drawn as they come, and both are kept in this browser.

import { send } from "../api.js";
import { complain } from "../forms.js";
import { copy, onKey } from "../frame.js";
import { Answer } from "./answer.js";
import { keepKey, keepModel, keepProvider, keepTurns, key, model, provider, turns } from "./memory.js";
import { events } from "./stream.js";

const NEAR = 160; // pixels below the window that still count as its end

const chat = document.getElementById("chat");
const form = document.getElementById("ask");
const { question, provider: providers, model: models, key: secret } = form.elements;
const stop = document.getElementById("stop");

const said = turns(); // what the conversation is so far
const drawn = []; // the answers on the page, in the order of `said`
let asking = null; // what ends the question under way

/** Show what goes with the provider that is chosen: its models, and a field for a key if it needs one. */
function showProvider() {
  const [name, { model: own, keyed }] = [providers.value, providers.selectedOptions[0].dataset];
  models.value = model(name) ?? own;
  document.getElementById("models").replaceChildren();
  document.getElementById("own-key").hidden = keyed === "yes";
  secret.value = keyed === "yes" ? "" : key(name);
}

/** Offer the models that the provider tells of; one whose list cannot be had is written by hand. */
async function offerModels() {
  const list = document.getElementById("models");
  if (list.childElementCount > 0) return;
  try {
    const said = await send("POST", "/api/chat/models", { provider: providers.value, ...ownKey() });
    list.replaceChildren(...said.models.map((name) => new Option(name, name)));
  } catch {
    // The answer to a question will say what is wrong.
  }
}

function ownKey() {
  const own = secret.value.trim();
  return own === "" ? {} : { api_key: own };
}

function wanted() {
  const name = models.value.trim();
  return { provider: providers.value, ...(name === "" ? {} : { model: name }), ...ownKey() };
}

/** Draw a question, and the answer that comes or came to it. */
function draw({ question: asked, calls, answer: text }) {
  const mine = document.createElement("div");
  mine.className = "me";
  mine.textContent = asked;
  document.getElementById("welcome").hidden = true;
  chat.append(mine);
  const answer = new Answer(chat);
  drawn.push(answer);
  for (const each of calls) {
    answer.call(each.id, each.name, each.arguments);
    answer.result(each.id, each);
  }
  if (text !== "") answer.say(text);
  return answer;
}

function toEnd() {
  form.scrollIntoView({ block: "end" });
}

// Who reads the end sees more of it as it comes; who has gone up is left there.
let isFollowing = true;
addEventListener("scroll", () => {
  isFollowing = chat.getBoundingClientRect().bottom < innerHeight + NEAR;
}, { capture: true, passive: true });
new ResizeObserver(() => {
  if (isFollowing && said.length + drawn.length > 0) toEnd();
}).observe(chat);

function spent({ iterations, usage }, began) {
  const [tokens, seconds] = [usage.input_tokens + usage.output_tokens, (performance.now() - began) / 1000];
  return `${iterations} ${iterations === 1 ? "round" : "rounds"}, ${tokens.toLocaleString("en")} tokens, ${seconds.toFixed(1)} s`;
}

/** Return what was said before, as the API takes it. */
function history() {
  return said
    .filter(({ answer }) => answer !== "")
    .flatMap((turn) => [
      { role: "user", text: turn.question },
      { role: "assistant", text: turn.answer },
    ]);
}

async function ask(asked) {
  complain(form.id, "");
  const body = { question: asked, history: history(), ...wanted() };
  const turn = { question: asked, calls: [], answer: "" };
  const answer = draw(turn);
  toEnd();
  asking = new AbortController();
  show();
  turn.outcome = await follow(body, turn, answer, asking.signal);
  asking = null;
  said.push(turn);
  keepTurns(said);
  show();
  await answer.end(turn.outcome);
}

/** Take what comes in answer to `body` into `turn` and draw it; return how it ended. */
async function follow(body, turn, answer, signal) {
  const began = performance.now();
  const takes = {
    text({ text }) {
      turn.answer += text;
      answer.say(text);
    },
    tool_call(call) {
      turn.calls.push(call);
      answer.call(call.id, call.name, call.arguments);
    },
    tool_result(result) {
      Object.assign(turn.calls.find(({ id }) => id === result.id), result);
      answer.result(result.id, result);
    },
  };
  try {
    for await (const { name, data } of events("/api/chat", body, signal)) {
      if (name === "error") return { wrong: data.detail };
      if (name === "done") return { spent: spent(data, began), note: data.note ?? "" };
      takes[name]?.(data);
    }
    return { wrong: "The answer broke off; try again" };
  } catch (error) {
    return signal.aborted ? { spent: "stopped" } : { wrong: error.message };
  }
}

function show() {
  stop.hidden = asking === null;
  document.getElementById("send").disabled = asking !== null;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = question.value.trim();
  if (asking !== null || asked === "") return;
  question.value = "";
  ask(asked);
});

question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

secret.addEventListener("change", () => keepKey(providers.value, secret.value.trim()));
models.addEventListener("change", () => keepModel(providers.value, models.value.trim()));
models.addEventListener("focus", offerModels);
providers.addEventListener("change", () => {
  keepProvider(providers.value);
  showProvider();
});
stop.addEventListener("click", () => asking?.abort());

document.getElementById("anew").addEventListener("click", () => {
  asking?.abort();
  keepTurns([]);
  location.reload();
});

chat.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button === null) return;
  const place = drawn.findIndex((answer) => answer.has(button));
  if ("asks" in button.dataset) ask(button.textContent);
  else if ("copiesAnswer" in button.dataset) copy(drawn[place].text);
  else if ("again" in button.dataset && asking === null) ask(said[place].question);
});

onKey("/", () => question.focus());

if ([...providers.options].some(({ value }) => value === provider())) providers.value = provider();
showProvider();
for (const turn of said) draw(turn).end(turn.outcome);
if (said.length > 0) toEnd();
