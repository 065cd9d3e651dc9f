// What has to be read: answers that came too late, what training teaches, a break that is due. One line in the strip above
// the labels, so that nothing under the hand moves and nothing is covered; more than one collapse into a count.

import { at, bdi, make } from "./dom.js";
import { anyOpen } from "./dialogs.js";
import { count, listed, say } from "./texts.js";

const SNOOZE = 15 * 60_000;
const SHIFT = 12 * 3600_000; // ms in which a spent budget that was read isn't told again

/**
 * @typedef {object} Notice
 * @property {string} name one of a name at a time
 * @property {(Node | string)[]} title
 * @property {string[]} lines
 * @property {{ text: string, act: () => void } | null} action
 * @property {() => void} read called when it was dismissed
 */

export class Notices {
  /** @type {Notice[]} the newest last */
  #all = [];

  /**
   * @param {string} desk whose: what was dismissed stays so after a reload
   * @param {Storage} storage
   */
  constructor(desk, storage = localStorage) {
    this.name = `assistant.notices.${desk}`;
    this.storage = storage;
    at("notice-dismiss").addEventListener("click", () => this.dismiss());
    at("notice-more").addEventListener("click", () => this.#list());
  }

  /** Close the one that is shown; whether there was one. */
  dismiss() {
    const last = this.#all.at(-1);
    if (last) this.#close(last.name);
    return last !== undefined;
  }

  /**
   * Answers the server didn't store: what was written stays until it was read.
   * @param {import("./outbox.js").Outbox} outbox
   */
  kept(outbox) {
    const there = new Set(outbox.kept.map((entry) => entry.id));
    for (const { name } of [...this.#all]) if (name.startsWith("kept-") && !there.has(name.slice(5))) this.#drop(name);
    for (const entry of outbox.kept) {
      if (this.#has(`kept-${entry.id}`)) continue;
      const { labels = [], note = "" } = entry.body;
      const answer = [labels.length || entry.kind === "answer" ? listed(labels) : "", note].filter(Boolean).join(" · ");
      const lines = [entry.detail || say(entry.code), say("kept_text", { answer })];
      this.#post({ name: `kept-${entry.id}`, title: about("kept_title", entry.item), lines, action: null, read: () => outbox.dismiss(entry.id) });
    }
  }

  /**
   * What the known answer of a training item is, and why.
   * @param {import("./outbox.js").Entry} entry
   * @param {Api.AnswerResult} told
   */
  taught(entry, told) {
    if (told.right === null || told.right === undefined) return;
    const known = listed(told.known ?? []);
    const given = listed(entry.body.labels);
    const text = say(told.right ? "practice_right" : "practice_wrong", { item: entry.item, known, given });
    this.#post({ name: `taught-${entry.id}`, title: [text], lines: told.explanation ? [told.explanation] : [], action: null, read: () => {} });
  }

  /**
   * A break that is due; not again for a while after it was put off.
   * @param {Api.Pause | null} pause
   * @param {() => void} take
   */
  pause(pause, take) {
    if (!pause) return this.#drop("pause");
    if (this.#quiet("pause")) return;
    const values = { minutes: Math.round(pause.minutes), severe: pause.severe };
    const action = { text: say("pause_take"), act: take };
    this.#post({ name: "pause", title: [say(`pause_${pause.reason}`, values)], lines: [], action, read: () => this.#hush("pause", SNOOZE) });
  }

  /**
   * Harms of which somebody has seen enough; once each.
   * @param {string[]} harms
   */
  spent(harms) {
    if (!harms.length) return this.#drop("spent");
    const which = `spent ${harms.join(" ")}`;
    if (this.#quiet(which)) return;
    this.#post({ name: "spent", title: [say("spent", { harms: listed(harms) })], lines: [], action: null, read: () => this.#hush(which, SHIFT) });
  }

  /** @param {string} name */
  #has(name) {
    return this.#all.some((one) => one.name === name);
  }

  /**
   * Show one; one of the same name that says the same stays where it is.
   * @param {Notice} notice
   */
  #post(notice) {
    const place = this.#all.findIndex((one) => one.name === notice.name);
    if (place < 0) this.#all.push(notice);
    else this.#all[place] = notice;
    this.#draw();
  }

  /** @param {string} name */
  #drop(name) {
    if (!this.#has(name)) return;
    this.#all = this.#all.filter((one) => one.name !== name);
    this.#draw();
  }

  /** @param {string} name */
  #close(name) {
    const notice = this.#all.find((one) => one.name === name);
    this.#drop(name);
    notice?.read();
  }

  #draw() {
    const shown = this.#all.at(-1);
    const box = at("notices");
    const text = at("notice-text");
    const held = box.contains(document.activeElement);
    box.hidden = !shown;
    box.dataset.notice = shown?.name ?? "";
    const words = shown ? [...shown.title, ...shown.lines.map((line) => ` · ${line}`)] : [];
    const before = text.textContent;
    const said = words.map((part) => (typeof part === "string" ? part : part.textContent)).join("");
    if (said !== before) text.replaceChildren(...words.map((part) => (typeof part === "string" ? part : part.cloneNode(true))));
    text.title = said;
    const act = at("notice-act");
    act.hidden = !shown?.action;
    act.textContent = shown?.action?.text ?? "";
    act.onclick = shown?.action ? () => this.#do(shown) : null;
    at("notice-more").textContent = say("notices_all", { count: count(this.#all.length) });
    at("notice-more").hidden = !shown || (this.#all.length === 1 && text.scrollWidth <= text.clientWidth);
    if (held && !anyOpen()) at("item-title").focus({ preventScroll: true }); // what had it may be gone
    if (at("notices-dialog", HTMLDialogElement).open) this.#fill();
  }

  /** @param {Notice} notice */
  #do(notice) {
    this.#close(notice.name);
    at("notices-dialog", HTMLDialogElement).close();
    notice.action?.act();
  }

  /** All of them, whole. */
  #list() {
    this.#fill();
    at("notices-dialog", HTMLDialogElement).showModal();
  }

  #fill() {
    at("notices-list").replaceChildren(...[...this.#all].reverse().map((notice) => this.#row(notice)));
    if (!this.#all.length) at("notices-dialog", HTMLDialogElement).close();
  }

  /** @param {Notice} notice */
  #row(notice) {
    const buttons = [make("button", { type: "button", text: say("dismiss"), onclick: () => this.#close(notice.name) })];
    if (notice.action) buttons.unshift(make("button", { type: "button", text: notice.action.text, onclick: () => this.#do(notice) }));
    const title = notice.title.map((part) => (typeof part === "string" ? part : part.cloneNode(true)));
    const lines = notice.lines.map((line) => make("p", { dir: "auto", text: line }));
    return make("li", { dataset: { notice: notice.name } }, make("strong", {}, ...title), ...lines, make("div", { class: "row" }, ...buttons));
  }

  /** @param {string} name */
  #quiet(name) {
    return (this.#hushed()[name] ?? 0) > Date.now();
  }

  /**
   * @param {string} name
   * @param {number} span ms
   */
  #hush(name, span) {
    const lasting = Object.entries(this.#hushed()).filter(([, until]) => until > Date.now());
    try {
      this.storage.setItem(this.name, JSON.stringify({ ...Object.fromEntries(lasting), [name]: Date.now() + span }));
    } catch {
      // no room: it is told once more after a reload
    }
  }

  /** @returns {Record<string, number>} until when what isn't told */
  #hushed() {
    try {
      return JSON.parse(this.storage.getItem(this.name) ?? "{}") ?? {};
    } catch {
      return {};
    }
  }
}

/**
 * @param {string} name of a text
 * @param {string} id of an item
 * @returns {(Node | string)[]}
 */
function about(name, id) {
  const [before, after = ""] = say(name, { item: "\u0000" }).split("\u0000");
  return [before, bdi(id), after];
}
