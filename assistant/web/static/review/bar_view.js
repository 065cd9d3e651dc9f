// The bar at the bottom: labels, what the machine says, what was done, and the state of the network.

import { at, bdi, make } from "./dom.js";
import { keyLabel } from "./keys.js";
import { count, named, percent, say } from "./texts.js";

/**
 * Draw the labels; again only when the label set is another, so that nothing moves.
 * @param {Api.ReviewTask} task
 * @param {(name: string | null) => void} pick called with a label's name, null for none of them
 */
export function showLabels(task, pick) {
  const bar = at("labels");
  const name = JSON.stringify([task.labels, task.label_kind]);
  if (bar.dataset.of === name) return;
  bar.dataset.of = name;
  const harm = task.label_kind !== "ordinal"; // grades aren't harm
  const buttons = task.labels.map((label) => labelButton(label, harm, () => pick(label.name)));
  const zero = task.labels.some((label) => label.key === "0");
  if (task.label_kind === "multi") buttons.push(noneButton(zero ? "·" : "0", () => pick(null)));
  bar.replaceChildren(...buttons);
}

/**
 * @param {Api.ShownLabel} label
 * @param {boolean} harm
 * @param {() => void} onclick
 */
function labelButton({ name, title, definition, severity, key }, harm, onclick) {
  return make(
    "button",
    { type: "button", class: "label", title: definition, "aria-pressed": "false", dataset: { label: name }, onclick },
    make("kbd", { "aria-hidden": "true", text: key ? keyLabel(key) : "·" }),
    make("span", { class: "label-name" }, bdi(title || name), title && key !== name ? make("span", { class: "label-code" }, " ", bdi(name)) : null),
    harm ? severityMark(severity) : null,
  );
}

/**
 * @param {string} key
 * @param {() => void} onclick
 */
function noneButton(key, onclick) {
  return make(
    "button",
    { type: "button", class: "label", "aria-pressed": "false", dataset: { none: "" }, onclick },
    make("kbd", { "aria-hidden": "true", text: key }),
    make("span", { class: "label-name", text: say("none_of_these") }),
  );
}

/**
 * Severity as so many strokes, in its colour, and in words for those who hear the page.
 * @param {number} severity
 */
function severityMark(severity) {
  const level = Math.min(severity, 4);
  return make(
    "span",
    { class: `severity severity-${level}` },
    make("span", { "aria-hidden": "true", text: "▮".repeat(level) }),
    make("span", { class: "only-spoken", text: ` ${say("severity", { number: severity })}` }),
  );
}

const DECIDING = ["submit", "accept", "skip", "escalate", "hand_over", "note", "clause"];

/**
 * Which labels are chosen, and what the one chosen means.
 * @param {import("./draft.js").Draft} draft
 * @param {boolean} readOnly while looking back
 */
export function showChoice(draft, readOnly = false) {
  for (const button of at("labels").querySelectorAll("button")) {
    const chosen = "none" in button.dataset ? draft.none : draft.chosen.has(button.dataset.label ?? "");
    button.setAttribute("aria-pressed", String(chosen));
    button.disabled = readOnly;
  }
  for (const action of DECIDING) at(`action-${action}`, HTMLButtonElement).disabled = readOnly;
  const [only] = draft.labels.length === 1 ? draft.labels : [];
  const definition = draft.task.labels.find((label) => label.name === only)?.definition ?? "";
  at("definition").textContent = definition;
  at("note-mark").hidden = !draft.note;
  at("clause-mark").textContent = draft.clauses.size ? ` ${[...draft.clauses].join(" ")}` : "";
}

/**
 * The machine's line; the same height whether it says something or not.
 * @param {Api.ReviewTask} task
 */
export function showMachine(task) {
  const line = at("machine");
  const { suggestion } = task;
  at("action-accept").classList.toggle("absent", !suggestion);
  if (task.blind) return line.replaceChildren(say("blind"));
  if (!suggestion) return line.replaceChildren(say("no_answer"));
  const sure =
    suggestion.confidence === null
      ? make("span", {}, suggestion.words)
      : make("span", { title: suggestion.words }, say("confidence", { percent: percent(suggestion.confidence) }));
  const cited = suggestion.cited.length ? ` · ${say("cites", { clauses: suggestion.cited.join(" ") })}` : "";
  line.replaceChildren(say("machine"), make("strong", {}, bdi(named(task, suggestion.labels))), " · ", sure, cited);
}

/**
 * What was just done, or is asked; seen and heard. Which item is next is heard only.
 * @param {string} text
 * @param {{ next?: string, asks?: boolean }} [more]
 */
export function tell(text, { next = "", asks = false } = {}) {
  at("outcome").textContent = text;
  at("outcome").classList.toggle("asks", asks);
  at("spoken").textContent = next ? say("next", { done: text, id: next }) : text;
}

const LOGIN = ["signed_out", "other_person"];

/**
 * The one line about the network and the login; empty while all is well.
 * @param {import("./outbox.js").Outbox} outbox
 * @param {import("./supply.js").Supply} supply
 * @param {boolean} byPassword whether this person signs in by one
 */
export function showNetwork(outbox, supply, byPassword) {
  const line = at("network");
  const state = outbox.state || (LOGIN.includes(supply.why) ? supply.why : "");
  const waiting = outbox.size ? ` ${say("waiting", { count: count(outbox.size) })}` : "";
  let text = "";
  if (outbox.full) text = say("storage_full");
  else if (state === "offline") text = `${say("offline")}${waiting || ` ${say("offline_none")}`}`;
  else if (state === "signed_out") text = `${say(byPassword ? "signed_out" : "signed_out_link")}${waiting}`;
  else if (state) text = `${say(state)}${waiting}`;
  if (line.textContent !== text) line.textContent = text; // said once
  line.title = text;
  line.classList.toggle("bad", Boolean(text));
  at("network-do").hidden = !LOGIN.includes(state);
}

const KEY_OF = /** @type {"kbd"} */ ("[data-key-of]");
const ACTION = /** @type {"button"} */ ("[data-action]");

/**
 * Keys on the buttons.
 * @param {import("./keys.js").Bindings} table
 */
export function showKeys(table) {
  for (const mark of document.querySelectorAll(KEY_OF)) mark.textContent = keyLabel(table[mark.dataset.keyOf ?? ""]?.[0] ?? "");
  for (const button of document.querySelectorAll(ACTION)) {
    const keys = table[button.dataset.action ?? ""] ?? [];
    const [key] = keys;
    const mark = button.querySelector("kbd");
    if (mark) {
      mark.textContent = key ? keyLabel(key) : "";
      mark.hidden = !key;
    }
    button.setAttribute("aria-keyshortcuts", keys.join(" ").replaceAll("Ctrl", "Control"));
  }
}

