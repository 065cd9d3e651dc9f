// Settled items like those in hand, asked for while they wait; kept only as long as their item is at hand.

import { ask } from "./api.js";
import { pictureAddress } from "./item_view.js";

const KEPT = 20;

export class Precedents {
  /** @type {Map<number, Promise<any[]>>} */
  #found = new Map();

  /** Ask for those of items that have just come, and have their pictures ready. */
  prepare(tasks) {
    for (const task of tasks) {
      void this.of(task);
      task.item.media.forEach((picture, number) => picture.here && (new Image().src = pictureAddress(task, number)));
    }
  }

  /** Those of one item; none for a blind answer, and none where the network is gone. */
  of(task) {
    if (task.blind) return Promise.resolve([]);
    const known = this.#found.get(task.assignment_id);
    if (known) return known;
    const asked = ask("GET", `/api/v1/assignments/${task.assignment_id}/precedents`)
      .then((given) => given.precedents)
      .catch(() => []);
    this.#found.set(task.assignment_id, asked);
    if (this.#found.size > KEPT) this.#found.delete(this.#found.keys().next().value);
    return asked;
  }
}
