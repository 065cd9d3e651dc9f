// The narrow column: what the machine cites, all clauses, and what was settled before.

import { at, bdi, make } from "./dom.js";
import { show } from "./text.js";
import { named as labelled, say } from "./texts.js";

/**
 * Show the policy beside an item. The list of all clauses stays as it is while the policy stays.
 * @param {Api.ReviewTask} task
 */
export function showPolicy(task) {
  const cited = task.clauses.filter((clause) => clause.cited);
  at("cited").replaceChildren(...(cited.length ? [make("h2", { text: say("cited") }), ...cited.map((clause) => citedClause(task, clause))] : []));
  at("reasons").replaceChildren(...reasons(task));
  const policy = at("clauses");
  const name = JSON.stringify([task.policy, task.clauses.map(({ id, text }) => [id, text])]);
  if (policy.dataset.of !== name) {
    policy.dataset.of = name;
    policy.replaceChildren(make("h2", { text: say("clauses") }), ...task.clauses.map((clause) => clauseFold(task, clause)));
  }
  at("policy-title").replaceChildren(bdi(`${task.policy.title} ${task.policy.version}`));
  at("precedents").replaceChildren();
  at("policy").scrollTop = 0;
}

/**
 * Settled items like it, below everything: they come a moment later.
 * @param {Api.ReviewTask} task
 * @param {Api.ShownPrecedent[]} precedents
 */
export function showPrecedents(task, precedents) {
  if (!precedents.length) return at("precedents").replaceChildren();
  const list = precedents.map(({ text, labels }) => {
    const said = make("div", { class: "precedent-text", dir: "auto" });
    show(said, text);
    return make("li", {}, said, make("span", { class: "precedent-labels" }, bdi(labelled(task, labels))));
  });
  at("precedents").replaceChildren(make("h2", { text: say("precedents") }), make("ul", {}, ...list));
}

/**
 * @param {Api.ReviewTask} task
 * @param {Api.ShownClause} clause
 */
function citedClause(task, clause) {
  const quote = clause.quote ? make("p", { class: "clause-quote", dir: "auto", text: say("quote", { quote: clause.quote }) }) : null;
  return make("article", { class: "clause cited" }, heading(clause), body(task, clause), quote);
}

/**
 * @param {Api.ReviewTask} task
 * @param {Api.ShownClause} clause
 */
function clauseFold(task, clause) {
  return make("details", { class: "clause" }, make("summary", {}, ...named(clause)), body(task, clause));
}

/** @param {Api.ShownClause} clause */
function heading(clause) {
  return make("h3", {}, ...named(clause));
}

/** @param {Api.ShownClause} clause */
function named({ id, title }) {
  return [make("span", { class: "clause-id" }, bdi(id)), " ", bdi(title)];
}

/**
 * @param {Api.ReviewTask} task
 * @param {Api.ShownClause} clause
 */
function body(task, clause) {
  return make(
    "div",
    { class: "clause-body" },
    ...clause.text.split(/\n{2,}/).map((part) => make("p", { dir: "auto", text: joined(part) })),
    make("p", { class: "quiet-text", text: say("leads_to", { labels: labelled(task, clause.labels) }) }),
  );
}

const CHINESE = "[\\u3000-\\u303f\\u3400-\\u9fff\\uff00-\\uffef]";
const CHINESE_LINE_END = new RegExp(`(?<=${CHINESE})\\s*\\n\\s*(?=${CHINESE})`, "g");

/**
 * Lines of a paragraph in one: with spaces between words, without any between Chinese characters.
 * @param {string} paragraph
 */
function joined(paragraph) {
  return paragraph.replace(CHINESE_LINE_END, "").replace(/\s*\n\s*/g, " ");
}

/** @param {Api.ReviewTask} task */
function reasons({ suggestion }) {
  if (!suggestion?.rationale) return [];
  const text = make("div", { class: "clause-body", dir: "auto" });
  show(text, suggestion.rationale);
  return [make("details", { class: "clause" }, make("summary", { text: say("reasons") }), text)];
}
