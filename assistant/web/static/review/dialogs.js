// Dialogs: their own keys, focus back where it was, and nothing done by closing them.

import { at, bdi, make } from "./dom.js";
import { isTyping, keyLabel } from "./keys.js";
import { named, say } from "./texts.js";

const NUMBERED = /** @type {"button"} */ ("[data-numbered]");

/** Whether one is open. */
export function anyOpen() {
  return document.querySelector("dialog[open], details.menu[open]") !== null;
}

/** @typedef {import("./keys.js").Composition} Composition */

/** @type {WeakMap<HTMLDialogElement, (value: string | null) => void>} who waits for what a dialog gives */
const waiting = new WeakMap();

/**
 * Open a dialog; what it gave when it was left: `null` for nothing. Known at once: a browser tells that a dialog was
 * closed a moment later, and the next key, even one that opens it again, may come before that.
 * @param {HTMLDialogElement} dialog
 * @param {() => void} ready called when it is open
 * @returns {Promise<string | null>}
 */
function opened(dialog, ready = () => {}) {
  waiting.get(dialog)?.(null);
  return new Promise((resolve) => {
    const listening = new AbortController();
    /** @param {string | null | undefined} value */
    const left = (value) => {
      listening.abort();
      waiting.delete(dialog);
      resolve(value || null);
    };
    waiting.set(dialog, left);
    /** @param {SubmitEvent} event */
    const given = (event) => {
      if (!event.defaultPrevented) left(/** @type {HTMLButtonElement | null} */ (event.submitter)?.value);
    };
    dialog.addEventListener("submit", given, { signal: listening.signal });
    dialog.addEventListener("close", () => void (dialog.open || left(null)), { signal: listening.signal });
    dialog.showModal();
    ready();
  });
}

/**
 * Let digits press the buttons of a dialog.
 * @param {HTMLDialogElement} dialog
 * @param {Composition} composition
 */
function digitsPress(dialog, composition) {
  if (dialog.dataset.wired) return;
  dialog.dataset.wired = "yes";
  dialog.addEventListener("keydown", (event) => {
    if (composition.holds(event) || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target) || !/^[1-9]$/.test(event.key)) return;
    const button = dialog.querySelectorAll(NUMBERED)[Number(event.key) - 1];
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}

/**
 * Ask why an item is skipped: `{ reason, note }`, or null.
 * @param {import("./keys.js").Composition} composition
 * @param {string} text what was written before
 * @param {(text: string) => void} writing called with what is being written, so that a reload doesn't lose it
 */
export async function askSkip(composition, text, writing) {
  const dialog = at("skip-dialog", HTMLDialogElement);
  digitsPress(dialog, composition);
  const note = at("skip-note", HTMLTextAreaElement);
  note.value = text;
  note.oninput = () => writing(note.value);
  const reason = await opened(dialog, () => dialog.querySelector(NUMBERED)?.focus());
  return reason ? { reason, note: note.value.trim() } : null;
}

/**
 * Let Enter in a field give what the dialog holds.
 * @param {HTMLDialogElement} dialog
 * @param {(HTMLSelectElement | HTMLTextAreaElement)[]} fields
 * @param {Composition} composition
 */
function enterGives(dialog, fields, composition) {
  if (dialog.dataset.wired) return;
  dialog.dataset.wired = "yes";
  for (const field of fields) {
    const element = /** @type {HTMLElement} */ (field); // of two kinds at once, its events have no types
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || composition.holds(event)) return;
      event.preventDefault();
      field.form?.requestSubmit(okay(dialog)); // by this button, or the dialog gives nothing
    });
  }
}

/**
 * Ask whom an item goes to, and stay open until the server took it: what it says against it is read in the dialog.
 * @param {import("./keys.js").Composition} composition
 * @param {{
 *   text: string,
 *   writing: (text: string) => void,
 *   colleagues: () => Promise<Api.Colleague[]>,
 *   send: (given: { to: string, name: string, note: string }) => Promise<string>,
 * }} about `to` is empty for everybody; `send` gives why it didn't work, else ""
 */
export async function askHandOver(composition, { text, writing, colleagues, send }) {
  const dialog = at("hand_over-dialog", HTMLDialogElement);
  const to = at("hand_over-to", HTMLSelectElement);
  const note = at("hand_over-note", HTMLTextAreaElement);
  const told = at("hand_over-told");
  const give = okay(dialog);
  enterGives(dialog, [to, note], composition);
  to.replaceChildren(make("option", { value: "", text: say("everybody") }));
  note.value = text;
  note.oninput = () => writing(note.value);
  told.textContent = say("looking_for_colleagues");
  /** @param {Api.Colleague[]} found */
  const offered = (found) => {
    told.textContent = found.length ? "" : say("no_colleagues");
    to.append(...found.map((one) => make("option", { value: one.name, text: fullName(one, found) })));
  };
  void colleagues().then(offered, () => (told.textContent = say("colleagues_unknown")));
  const form = /** @type {HTMLFormElement} */ (note.form);
  form.onsubmit = async (event) => {
    if (event.submitter !== give) return;
    event.preventDefault();
    if (give.disabled) return;
    give.disabled = true;
    told.textContent = say("handing_over");
    const name = to.value ? to.selectedOptions[0].textContent : "";
    const why = await send({ to: to.value, name, note: note.value.trim() });
    give.disabled = false;
    told.textContent = why;
    if (!why) dialog.close();
  };
  await opened(dialog, () => to.focus());
}

/**
 * The button that gives what a dialog holds.
 * @param {HTMLDialogElement} dialog
 */
function okay(dialog) {
  return /** @type {HTMLButtonElement} */ (dialog.querySelector("[value=ok]"));
}

/**
 * How somebody is called; with the name they sign in by where two write theirs alike.
 * @param {Api.Colleague} colleague
 * @param {Api.Colleague[]} all
 */
function fullName({ name, display_name: shown }, all) {
  return all.filter((one) => one.display_name === shown).length > 1 ? `${shown} (${name})` : shown;
}

/**
 * Ask for a text; null where it was left. `needed`: an empty one is none; `writing` as above.
 * @param {string} name
 * @param {string} text
 * @param {import("./keys.js").Composition} composition
 * @param {{ needed?: boolean, writing?: (text: string) => void }} [more]
 */
export async function askText(name, text, composition, { needed = false, writing = () => {} } = {}) {
  const dialog = at(`${name}-dialog`, HTMLDialogElement);
  const field = at(`${name}-text`, HTMLTextAreaElement);
  enterGives(dialog, [field], composition);
  field.value = text;
  field.oninput = () => writing(field.value);
  field.required = needed;
  const given = await opened(dialog, () => field.focus());
  return given === "ok" ? field.value.trim() : null;
}

/**
 * Choose the clauses an answer rests on; whether it was left by its button.
 * @param {import("./draft.js").Draft} draft
 * @param {Composition} composition
 * @param {() => void} chosen called with each change
 */
export async function askClauses(draft, composition, chosen) {
  const dialog = at("clause-dialog", HTMLDialogElement);
  digitsPress(dialog, composition);
  at("clause-wanted").textContent = draft.wanting.length ? say("clause_wanted", { labels: named(draft.task, draft.wanting) }) : "";
  /** @param {Api.ShownClause} clause */
  const fits = (clause) => clause.labels.some((label) => draft.chosen.has(label));
  const clauses = [...draft.task.clauses].sort((one, other) => Number(fits(other)) - Number(fits(one)));
  at("clause-list").replaceChildren(...clauses.map((clause, place) => clauseButton(draft, clause, place, chosen)));
  if (!dialog.dataset.enters) {
    dialog.dataset.enters = "yes";
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.repeat || composition.holds(event)) return;
      event.preventDefault();
      dialog.querySelector("form")?.requestSubmit(okay(dialog));
    });
  }
  return (await opened(dialog, () => at("clause-list").querySelector("button")?.focus())) === "ok";
}

/**
 * @param {import("./draft.js").Draft} draft
 * @param {Api.ShownClause} clause
 * @param {number} place
 * @param {() => void} chosen
 */
function clauseButton(draft, clause, place, chosen) {
  const button = make(
    "button",
    {
      type: "button",
      class: "choice",
      "aria-pressed": String(draft.clauses.has(clause.id)),
      dataset: { numbered: "" },
      onclick: () => {
        draft.toggleClause(clause.id);
        chosen();
        button.setAttribute("aria-pressed", String(draft.clauses.has(clause.id)));
      },
    },
    make("kbd", { "aria-hidden": "true", text: place < 9 ? keyLabel(String(place + 1)) : "·" }),
    make("span", { class: "clause-id" }, bdi(clause.id)),
    make("span", {}, bdi(clause.title)),
  );
  return make("li", {}, button);
}

/** The policy in a dialog, where there is no room for it beside the item. */
export async function showPolicyDialog() {
  const dialog = at("policy-dialog", HTMLDialogElement);
  const inside = at("policy-inside");
  const column = at("policy");
  const place = column.parentElement;
  const next = column.nextSibling;
  inside.append(column);
  await opened(dialog);
  place?.insertBefore(column, next);
}
