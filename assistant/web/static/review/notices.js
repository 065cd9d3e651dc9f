// What has to be read: answers that came too late, what training teaches, a break that is due. Over the page, so that
// nothing under the hand moves; gone when it was read.

import { at, bdi, make } from "./dom.js";
import { listed, say } from "./texts.js";

const SNOOZE = 15 * 60_000;
let quietUntil = 0;

/** Show a notice. `name`: one of a name at a time. */
function post(name, title, lines, buttons) {
  document.querySelector(`[data-notice="${CSS.escape(name)}"]`)?.remove();
  const box = make("section", { class: "notice-card", dataset: { notice: name } }, make("h2", {}, ...title));
  box.append(...lines.map((line) => make("p", { dir: "auto" }, ...line)));
  const row = buttons.map(([text, act]) =>
    make("button", {
      type: "button",
      text,
      onclick: () => {
        box.remove();
        act();
      },
    }),
  );
  box.append(make("div", { class: "notice-buttons" }, ...row));
  at("notices").append(box);
}

/** Answers the server didn't store: what was written stays until it was read. */
export function showKept(outbox) {
  for (const entry of outbox.kept) {
    if (document.querySelector(`[data-notice="${CSS.escape(entry.id)}"]`)) continue;
    const { labels = [], note = "" } = entry.body;
    const answer = [labels.length || entry.kind === "answer" ? listed(labels) : "", note].filter(Boolean).join(" · ");
    post(entry.id, about("kept_title", entry.item), [[entry.detail || say(entry.code)], [say("kept_text", { answer })]], [
      [say("dismiss"), () => outbox.dismiss(entry.id)],
    ]);
  }
}

/** What the known answer of a training item is, and why. */
export function showTaught(entry, told) {
  if (told.right === null || told.right === undefined) return;
  const known = listed(told.known ?? []);
  const given = listed(entry.body.labels);
  const text = say(told.right ? "practice_right" : "practice_wrong", { item: entry.item, known, given });
  post(`taught-${entry.id}`, [text], told.explanation ? [[told.explanation]] : [], [[say("dismiss"), () => {}]]);
}

/** A break that is due; not again for a while after "later". */
export function showPause(pause, take) {
  if (!pause || Date.now() < quietUntil) return;
  quietUntil = Date.now() + SNOOZE;
  const values = { minutes: Math.round(pause.minutes), severe: pause.severe };
  post("pause", [say(`pause_${pause.reason}`, values)], [], [
    [say("pause_take"), take],
    [say("pause_later"), () => {}],
  ]);
}

/** Harms of which somebody has seen enough; once each. */
export function showSpent(spent) {
  const box = at("notices");
  const name = spent.join("\u0000");
  if (!spent.length || box.dataset.spent === name) return;
  box.dataset.spent = name;
  post("spent", [say("spent", { harms: listed(spent) })], [], [[say("dismiss"), () => {}]]);
}

function about(name, id) {
  const [before, after = ""] = say(name, { item: "\u0000" }).split("\u0000");
  return [before, bdi(id), after];
}
