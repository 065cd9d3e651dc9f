// Rounds that somebody has to pass before their answers count, where nothing else can come to them.

import { Refused, ask } from "./api.js";
import { at, make } from "./dom.js";
import { count, languageName, say } from "./texts.js";

/**
 * Show the rounds that stand between somebody and what waits.
 * @param {Api.OpenRound[]} rounds
 * @param {() => void} begun called when one was begun: its items wait
 */
export function showRounds(rounds, begun) {
  const list = at("rest-rounds");
  const wanted = JSON.stringify(rounds);
  if (list.dataset.shown !== wanted) list.replaceChildren(...rounds.map((round) => line(round, begun))); // focus stays
  list.dataset.shown = wanted;
  list.hidden = !rounds.length;
  if (!rounds.length) return;
  at("rest-title").textContent = say("rounds_title");
  at("rest-about").textContent = say("rounds_about");
}

/**
 * @param {Api.OpenRound} round
 * @param {() => void} begun
 */
function line({ language, asked, state }, begun) {
  const name = say("round_of", { language: languageName(language), count: count(asked) });
  if (state === "failed") return make("li", {}, make("strong", { text: name }), " ", say("round_failed"));
  const told = make("span", { role: "status" });
  const button = make("button", {
    type: "button",
    class: "primary",
    text: say("round_begin"),
    onclick: async () => {
      button.disabled = true;
      try {
        await ask("POST", "/api/v1/practice/mine", { language });
        at("rest-rounds").dataset.shown = "";
        begun();
      } catch (error) {
        told.textContent = error instanceof Refused ? error.message : say("empty_offline");
        button.disabled = false;
      }
    },
  });
  return make("li", {}, make("strong", { text: name }), " ", button, " ", told);
}
