// The chat: questions are asked, answers are drawn as they come, and both are kept in this browser.

import { ApiError, send } from "../api.js";
import { copy, onKey } from "../frame.js";
import { Answer } from "./answer.js";
import { forgetTurns, keepKey, keepModel, keepProvider, keepTurn, key, model, provider, turns } from "./memory.js";
import { events } from "./stream.js";

const NEAR = 160; // pixels below the window that still count as its end
const BROKEN = "The answer broke off; try again";

const chat = document.getElementById("chat");
const form = document.getElementById("ask");
const { question, provider: providers, model: models, key: secret } = form.elements;
const stop = document.getElementById("stop");

const said = turns(); // what the conversation is so far
const drawn = []; // the answers on the page, in the order of `said`
let asking = null; // the turn under way, and what ends it

/** Show what goes with the provider that is chosen: its models, and a field for a key if it needs one. */
function showProvider() {
  const [name, { model: own, keyed }] = [providers.value, providers.selectedOptions[0].dataset];
  models.value = model(name) ?? own;
  document.getElementById("models").replaceChildren();
  document.getElementById("own-key").hidden = keyed === "yes";
  secret.required = keyed !== "yes";
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

// Who reads the end sees more of it as it comes; who has gone up, or unfolds a call, is left there.
let isFollowing = true;

function toEnd() {
  isFollowing = true;
  scrollTo(0, document.documentElement.scrollHeight);
}

addEventListener("scroll", () => {
  isFollowing = chat.getBoundingClientRect().bottom < innerHeight + NEAR;
}, { passive: true });
new ResizeObserver(() => {
  if (isFollowing && drawn.length > 0) toEnd();
}).observe(chat);

function spent(rounds, { input_tokens: read, output_tokens: written }) {
  return `${rounds} ${rounds === 1 ? "round" : "rounds"}, ${(read + written).toLocaleString("en")} tokens`;
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
  const body = { question: asked, history: history(), ...wanted() };
  const turn = { id: `${Date.now()} ${Math.random()}`, question: asked, calls: [], answer: "" };
  const answer = draw(turn);
  toEnd();
  asking = { turn, ending: new AbortController() };
  show();
  turn.outcome = await follow(body, turn, answer, asking.ending.signal);
  if (asking === null) return; // it is to be forgotten
  asking = null;
  said.push(turn);
  keepTurn(turn);
  show();
  await answer.end(turn.outcome);
}

/** Take what comes in answer to `body` into `turn` and draw it; return how it ended. */
async function follow(body, turn, answer, signal) {
  const began = performance.now();
  let [rounds, gap] = [0, ""];
  const takes = {
    text({ text }) {
      turn.answer += gap + text;
      answer.say(gap + text);
      gap = "";
    },
    tool_call(call) {
      turn.calls.push(call);
      answer.call(call.id, call.name, call.arguments);
    },
    tool_result(result) {
      Object.assign(turn.calls.find(({ id }) => id === result.id), result);
      answer.result(result.id, result);
    },
    usage(tokens) {
      rounds += 1;
      gap = turn.answer === "" ? "" : "\n\n"; // the next reply begins a paragraph
      document.getElementById("spent").textContent = spent(rounds, tokens);
    },
  };
  try {
    for await (const { name, data } of events("/api/chat", body, signal)) {
      if (name === "error") return { wrong: data.detail };
      if (name === "done") {
        const seconds = (performance.now() - began) / 1000;
        return { spent: `${spent(data.iterations, data.usage)}, ${seconds.toFixed(1)} s`, note: data.note ?? "" };
      }
      takes[name]?.(data);
    }
    return { wrong: BROKEN };
  } catch (error) {
    if (signal.aborted) return { spent: "stopped" };
    return { wrong: error instanceof ApiError ? error.message : BROKEN };
  }
}

function show() {
  if (asking === null && document.activeElement === stop) question.focus();
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
stop.addEventListener("click", () => asking?.ending.abort());

document.getElementById("anew").addEventListener("click", () => {
  const ending = asking?.ending;
  asking = null;
  ending?.abort();
  forgetTurns();
  location.reload();
});

// What has come until the page is left is kept, and that it is not all.
addEventListener("pagehide", () => {
  if (asking !== null) keepTurn({ ...asking.turn, outcome: { wrong: BROKEN } });
});

chat.addEventListener("click", (event) => {
  if (event.target.closest("summary") !== null) isFollowing = false;
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
