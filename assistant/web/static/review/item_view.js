// The content: conversation, query, text, pictures, translation.

import { address } from "../address.js";
import { at, bdi, make } from "./dom.js";
import { ask } from "./api.js";
import { add, show } from "./text.js";
import { count, languageName, say } from "./texts.js";

/** @typedef {import("./text.js").Marks} Marks */

/** @type {Record<string, string>} */
const KINDS = { text: "kind_text", pair: "kind_pair", image: "kind_image", video: "kind_video" };

/**
 * Show an item; returns nothing, and moves nothing but the content.
 * @param {Api.ReviewTask} task
 */
export function showItem(task) {
  const { item } = task;
  at("item-title").replaceChildren(...titled(item.id));
  at("item-facts").replaceChildren(...facts(task));
  const body = at("content");
  const told = { hidden: 0, mixed: 0, links: 0 };
  body.replaceChildren(
    ...passed(task),
    ...turns(item.context, say("before"), "context", item, [], told),
    ...query(item, told),
    ...main(task, told),
    ...pictures(task),
  );
  at("item-marks").textContent = marks(told);
  at("item").scrollTop = 0;
}

/**
 * An answer whose content isn't at hand any more.
 * @param {string} itemId
 * @param {string} text
 */
export function showGone(itemId, text) {
  at("item-title").replaceChildren(...titled(itemId));
  at("item-facts").replaceChildren();
  at("content").replaceChildren(make("p", { class: "quiet-text", text }));
  at("item-marks").textContent = "";
}

/**
 * Show the translation beside the text, or say that there is none; hide it where it is shown.
 * @param {Api.ReviewTask} task
 */
export function toggleTranslation(task) {
  const there = document.getElementById("translation");
  if (there) return void there.remove();
  const { translation } = task;
  const box = make("section", { id: "translation", class: "translation" });
  if (!translation) box.append(make("p", { class: "quiet-text", text: say("no_translation") }));
  else {
    const text = make("div", { class: "content", dir: "auto", lang: translation.language });
    show(text, translation.text);
    box.append(make("h2", { text: say("translation", { language: languageName(translation.language) }) }), text);
  }
  at("content").append(box);
}

/** @param {string} id */
function titled(id) {
  const [before, after = ""] = say("item", { id: "\u0000" }).split("\u0000");
  return [before, bdi(id), after];
}

/** @param {Api.ReviewTask} task */
function facts(task) {
  const { item } = task;
  const words = [say(KINDS[item.kind] ?? "kind_text"), item.language === "und" ? "" : languageName(item.language)];
  if (task.kind === "training" || task.kind === "qualification") words.unshift(say(task.kind));
  const tags = words.filter(Boolean).map((text) => make("span", { class: "fact", text }));
  if (item.source) tags.push(make("span", { class: "fact" }, bdi(item.source)));
  return tags;
}

/** @param {Api.ReviewTask} task */
function passed(task) {
  return task.passed.map(({ kind, note }) => {
    const text = make("div", { class: "content", dir: "auto" });
    show(text, note);
    return make("section", { class: "passed" }, make("h2", { text: say(`passed_${kind}`) }), text);
  });
}

/**
 * @param {Api.ShownItem} item
 * @param {Marks} told
 */
function query(item, told) {
  if (item.query === null) return [];
  const text = make("div", { class: "content query", dir: "auto" });
  add(told, show(text, item.query));
  return [make("h2", { text: say("query") }), text, make("h2", { text: say("document") })];
}

/**
 * @param {Api.ReviewTask} task
 * @param {Marks} told
 */
function main(task, told) {
  const { item } = task;
  const quotes = task.clauses.flatMap((clause) => (clause.cited && clause.quote ? [clause.quote] : []));
  if (item.turns.length) return turns(item.turns, "", "turns", item, quotes, told);
  if (!item.text) return item.media.length ? [] : [make("p", { class: "quiet-text", text: say("no_text") })];
  const text = make("div", { class: "content", ...written(item) });
  add(told, show(text, item.text, quotes));
  return item.text_length > item.text.length ? [text, more(task, text)] : [text];
}

/**
 * @param {Api.Remark[]} remarks
 * @param {string} title
 * @param {string} name
 * @param {Api.ShownItem} item
 * @param {string[]} quotes
 * @param {Marks} told
 */
function turns(remarks, title, name, item, quotes, told) {
  if (!remarks.length) return [];
  const lines = remarks.map(({ role, text }) => {
    const said = make("div", { class: "content", ...written(item) });
    add(told, show(said, text, quotes));
    return make("li", { class: "turn", dataset: { side: side(role) } }, make("span", { class: "role" }, bdi(role)), said);
  });
  const list = make("ol", { class: name, "aria-label": title || say("kind_text") }, ...lines);
  return title ? [make("h2", { text: title }), list] : [list];
}

/**
 * Who serves and who is served, for the margin.
 * @param {string} role
 */
function side(role) {
  return /agent|assistant|bot|system|support|moderator|客服|助手|机器人|系统/i.test(role) ? "end" : "start";
}

/** @param {Api.ShownItem} item */
function written(item) {
  return { dir: item.direction === "rtl" ? "rtl" : "auto", lang: item.language === "und" ? "" : item.language };
}

/**
 * A button that brings the next part of a long text.
 * @param {Api.ReviewTask} task
 * @param {HTMLElement} text
 */
function more(task, text) {
  let shown = task.item.text.length;
  const label = () => say("more_text", { shown: count(shown), all: count(task.item.text_length) });
  const button = make("button", {
    type: "button",
    text: label(),
    onclick: async () => {
      /** @type {Api.TextPart | null} */
      const part = await ask("GET", `/api/v1/assignments/${task.assignment_id}/text?offset=${shown}`).catch(() => null);
      if (!part) return;
      const next = make("span");
      show(next, part.text);
      text.append(next);
      shown = part.next_offset ?? task.item.text_length;
      if (part.next_offset === null) button.remove();
      else button.textContent = label();
    },
  });
  return button;
}

/** @param {Api.ReviewTask} task */
function pictures(task) {
  const { media } = task.item;
  const shown = media.map((picture, number) => {
    if (!picture.here) return make("p", { class: "quiet-text" }, missing(picture.name));
    const alt = say("picture", { number: number + 1, all: media.length });
    return make("figure", { class: "picture" }, make("img", { src: pictureAddress(task, number), alt, draggable: "false" }));
  });
  return shown.length ? [make("div", { class: "pictures" }, ...shown)] : [];
}

/** @param {string} name */
function missing(name) {
  const [before, after = ""] = say("picture_missing", { name: "\u0000" }).split("\u0000");
  return make("span", {}, before, make("bdi", { class: "inert-link", text: name }), after);
}

/**
 * Where a picture of an item is.
 * @param {Api.ReviewTask} task
 * @param {number} number
 */
export function pictureAddress(task, number) {
  return address(`/api/v1/assignments/${task.assignment_id}/media/${number}`);
}

/** @param {Marks} found */
function marks({ hidden, mixed, links }) {
  const told = [];
  if (hidden) told.push(say("invisible", { count: count(hidden) }));
  if (mixed) told.push(say("mixed", { count: count(mixed) }));
  if (links) told.push(say("links"));
  return told.join(" ");
}
