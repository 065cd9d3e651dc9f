// The dialog of all keys: profiles, other keys for single actions with a warning of conflicts, and a few wishes.

import { ask } from "./api.js";
import { at, make } from "./dom.js";
import { OWN, bindings, conflict, keyLabel, keyName } from "./keys.js";
import { actionName, say } from "./texts.js";

const WISHES = /** @type {const} */ (["tap", "cover_all", "at_once"]);

export class KeysDialog {
  /** @type {string | null} the action that waits for a key */
  #listening = null;

  /**
   * @param {Required<Api.ReviewPreferences>} preferences changed here
   * @param {() => (string | null)[]} labelKeys of the present item
   * @param {() => void} changed told when something was
   * @param {import("./keys.js").Composition} composition
   */
  constructor(preferences, labelKeys, changed, composition) {
    this.preferences = preferences;
    this.labelKeys = labelKeys;
    this.changed = changed;
    this.composition = composition;
    this.dialog = at("keys-dialog", HTMLDialogElement);
    this.dialog.addEventListener("keydown", (event) => this.#press(event));
    const profile = at("keys-profile", HTMLSelectElement);
    profile.addEventListener("change", () => {
      void this.#set({ keys: /** @type {Api.ReviewPreferences["keys"]} */ (profile.value), remapped: {} });
    });
    for (const name of WISHES) {
      const box = at(`keys-${name}`, HTMLInputElement);
      box.addEventListener("change", () => this.#set({ [name]: box.checked }));
    }
    at("keys-reset").addEventListener("click", () => this.#set({ remapped: {} }));
    this.dialog.addEventListener("close", () => (this.#listening = null));
  }

  /** The keys in force. */
  get table() {
    return bindings(this.preferences.keys, this.preferences.remapped);
  }

  open() {
    at("keys-told").textContent = "";
    this.#draw();
    this.dialog.showModal();
  }

  #draw() {
    at("keys-profile", HTMLSelectElement).value = this.preferences.keys;
    for (const name of WISHES) at(`keys-${name}`, HTMLInputElement).checked = this.preferences[name];
    at("keys-list").replaceChildren(...Object.keys(OWN).map((action) => this.#row(action)));
  }

  /** @param {string} action */
  #row(action) {
    const waits = this.#listening === action;
    const keys = this.table[action].flatMap((key) => [make("kbd", { text: keyLabel(key) }), " "]);
    const button = make(
      "button",
      {
        type: "button",
        class: "remap",
        "aria-label": `${actionName(action)}: ${this.table[action].map(keyLabel).join(", ")}`,
        dataset: { remap: action },
        onclick: () => this.#listen(action),
      },
      ...(waits ? [say("press_key")] : keys),
    );
    return make("li", {}, make("span", { text: actionName(action) }), button);
  }

  /** @param {string} action */
  #listen(action) {
    this.#listening = action;
    at("keys-told").textContent = say("press_key");
    this.#draw();
    this.#focus(action);
  }

  /** @param {string} action */
  #focus(action) {
    /** @type {HTMLElement | null} */ (this.dialog.querySelector(`[data-remap="${action}"]`))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (!this.#listening || this.composition.holds(event) || event.repeat) return;
    const name = keyName(event);
    if (!name || name === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const action = this.#listening;
    this.#listening = null;
    if (name === "Escape") at("keys-told").textContent = "";
    else this.#remap(action, name);
    this.#draw();
    this.#focus(action);
  }

  /**
   * @param {string} action
   * @param {string} name of the key
   */
  #remap(action, name) {
    const found = conflict(name, action, this.table, this.labelKeys());
    const key = keyLabel(name);
    if (!found) return void this.#set({ remapped: { ...this.preferences.remapped, [action]: [name] } });
    const texts = { browser: "conflict_browser", label: "conflict_label", action: "conflict" };
    at("keys-told").textContent = say(texts[found.kind], { key, other: found.other ? actionName(found.other) : "" });
  }

  /** @param {Api.ReviewPreferences} change */
  async #set(change) {
    Object.assign(this.preferences, change);
    this.#draw();
    this.changed();
    try {
      await ask("PUT", "/api/v1/profile/review", this.preferences);
      at("keys-told").textContent = say("saved");
    } catch (error) {
      at("keys-told").textContent = say("not_saved", { why: error instanceof Error ? error.message : String(error) });
    }
  }
}
