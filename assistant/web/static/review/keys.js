// Keys: what they are called, what they do in each profile, and when they sleep.

/** @typedef {Record<string, string[]>} Bindings keys by action */

export const OWN = {
  submit: ["Enter", "Ctrl+Enter"],
  accept: ["Space"],
  skip: ["s"],
  escalate: ["e"],
  hand_over: ["o"],
  undo: ["z", "Ctrl+z"],
  policy: ["p"],
  cover: ["b"],
  translate: ["t"],
  note: ["n"],
  clause: ["c"],
  back: ["ArrowLeft"],
  forward: ["ArrowRight"],
  help: ["?"],
};

/**
 * What people bring along; an action that is not named has our own keys.
 * @type {Record<string, Bindings>}
 */
export const PROFILES = {
  own: OWN,
  label_studio: {
    ...OWN,
    submit: ["Ctrl+Enter"],
    skip: ["Ctrl+Space"],
    undo: ["Ctrl+z"],
    back: ["Ctrl+ArrowLeft"],
    forward: ["Ctrl+ArrowRight"],
  },
  // `a` takes over the machine's answer where nothing is chosen yet, else it submits; as there.
  prodigy: { ...OWN, accept: ["a"], submit: ["a", "Enter"], skip: ["Space"], undo: ["Backspace"], help: ["h", "?"] },
};

const TAKEN = new Set(["Tab", "Escape", "F5", "F11", "F12", "Ctrl+c", "Ctrl+v", "Ctrl+x", "Ctrl+a", "Ctrl+f", "Ctrl+w", "Ctrl+t", "Ctrl+n", "Ctrl+r", "Ctrl+l", "Ctrl+p"]);

/**
 * The keys in force: a profile, and what somebody changed of it.
 * @param {string} profile
 * @param {Bindings} remapped
 * @returns {Bindings}
 */
export function bindings(profile, remapped) {
  return { ...(PROFILES[profile] ?? OWN), ...remapped };
}

/**
 * What a key press is called: `s`, `Enter`, `Ctrl+z`; empty for a modifier alone.
 * Letters of other alphabets count as the key's own place: the keys work on every layout.
 * @param {KeyboardEvent} event
 */
export function keyName(event) {
  if (["Shift", "Control", "Alt", "Meta", "Process", "Unidentified", "Dead"].includes(event.key)) return "";
  let key = event.key === " " ? "Space" : event.key;
  if (key.length === 1) {
    const place = /^Key([A-Z])$/.exec(event.code ?? "");
    const foreign = (key.codePointAt(0) ?? 0) > 0x7f;
    key = foreign && place ? place[1].toLowerCase() : key.toLowerCase();
  }
  return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + key;
}

/**
 * Actions a key stands for, in order of the table; two only where a profile wants it so.
 * @param {string} name
 * @param {Bindings} table
 */
export function actionsOf(name, table) {
  return Object.keys(table).filter((action) => table[action].includes(name));
}

/**
 * Why a key can't be given to an action: `{ kind, other }`; null where it can.
 * @param {string} name
 * @param {string} action
 * @param {Bindings} table
 * @param {(string | null)[]} labelKeys
 * @returns {{ kind: "browser" | "label" | "action", other?: string } | null}
 */
export function conflict(name, action, table, labelKeys) {
  if (TAKEN.has(name) || name.startsWith("Alt+")) return { kind: "browser" };
  if (labelKeys.includes(name) || /^[0-9]$/.test(name)) return { kind: "label" };
  const other = Object.keys(table).find((one) => one !== action && table[one].includes(name));
  return other ? { kind: "action", other } : null;
}

const TYPED_IN = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

/**
 * Whether somebody is typing there.
 * @param {EventTarget | null} target
 */
export function isTyping(target) {
  return target instanceof Element && target.closest(TYPED_IN) !== null;
}

/**
 * Whether a key belongs to the control that has the focus: Enter and Space work buttons, arrows move in lists.
 * @param {string} name
 * @param {EventTarget | null} target
 */
export function belongsToControl(name, target) {
  if (!(target instanceof Element)) return false;
  if (name === "Enter" || name === "Space") return target.closest("button, a[href], summary, input, [role=button]") !== null;
  return name.startsWith("Arrow") && target.closest("input[type=radio], [role=listbox]") !== null;
}

/** Knows whether an input method is composing: its keys are half a character, not commands. */
export class Composition {
  #on = false;

  constructor(target = document) {
    target.addEventListener("compositionstart", () => (this.#on = true), true);
    target.addEventListener("compositionend", () => (this.#on = false), true);
  }

  /** @param {KeyboardEvent} event */
  holds(event) {
    return this.#on || event.isComposing || event.keyCode === 229; // 229: being processed by an input method
  }
}

/**
 * How a key is written on a button.
 * @param {string} name
 */
export function keyLabel(name) {
  /** @type {Record<string, string>} */
  const shown = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Backspace: "⌫" };
  const parts = name.split("+").map((part) => shown[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return name === "+" ? "+" : parts.join("+");
}
