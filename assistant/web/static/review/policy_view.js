// The narrow column: what the machine cites, all clauses, and what was settled before.

import { at, bdi, make } from "./dom.js";
import { show } from "./text.js";
import { listed, say } from "./texts.js";

/** Show the policy beside an item. The list of all clauses stays as it is while the policy stays. */
export function showPolicy(task) {
  const cited = task.clauses.filter((clause) => clause.cited);
  at("cited").replaceChildren(...(cited.length ? [make("h2", { text: say("cited") }), ...cited.map(citedClause)] : []));
  at("reasons").replaceChildren(...reasons(task));
  const policy = at("clauses");
  const name = JSON.stringify([task.policy, task.clauses.map(({ id, text }) => [id, text])]);
  if (policy.dataset.of !== name) {
    policy.dataset.of = name;
    policy.replaceChildren(make("h2", { text: say("clauses") }), ...task.clauses.map(clauseFold));
  }
  at("policy-title").replaceChildren(bdi(`${task.policy.title} ${task.policy.version}`));
  at("precedents").replaceChildren();
  at("policy").scrollTop = 0;
}

/** Settled items like it, below everything: they come a moment later. */
export function showPrecedents(precedents) {
  if (!precedents.length) return at("precedents").replaceChildren();
  const list = precedents.map(({ text, labels }) => {
    const said = make("div", { class: "precedent-text", dir: "auto" });
    show(said, text);
    return make("li", {}, said, make("span", { class: "precedent-labels" }, bdi(listed(labels))));
  });
  at("precedents").replaceChildren(make("h2", { text: say("precedents") }), make("ul", {}, ...list));
}

function citedClause(clause) {
  const quote = clause.quote ? make("p", { class: "clause-quote", dir: "auto", text: say("quote", { quote: clause.quote }) }) : null;
  return make("article", { class: "clause cited" }, heading(clause), body(clause), quote);
}

function clauseFold(clause) {
  return make("details", { class: "clause" }, make("summary", {}, ...named(clause)), body(clause));
}

function heading(clause) {
  return make("h3", {}, ...named(clause));
}

function named({ id, title }) {
  return [make("span", { class: "clause-id" }, bdi(id)), " ", bdi(title)];
}

function body(clause) {
  return make(
    "div",
    { class: "clause-body" },
    ...clause.text.split(/\n{2,}/).map((part) => make("p", { dir: "auto", text: part.replace(/\s*\n\s*/g, " ") })),
    make("p", { class: "quiet-text", text: say("leads_to", { labels: listed(clause.labels) }) }),
  );
}

function reasons({ suggestion }) {
  if (!suggestion?.rationale) return [];
  const text = make("div", { class: "clause-body", dir: "auto" });
  show(text, suggestion.rationale);
  return [make("details", { class: "clause" }, make("summary", { text: say("reasons") }), text)];
}
