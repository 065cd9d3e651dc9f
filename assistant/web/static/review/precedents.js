// Settled items like those in hand, asked for while they wait; kept only as long as their item is at hand.

import { ask } from "./api.js";
import { pictureAddress } from "./item_view.js";

const KEPT = 20;

export class Precedents {
  /** @type {Map<string, Promise<Api.ShownPrecedent[]>>} by the assignment */
  #found = new Map();

  /**
   * Ask for those of items that have just come, and have their pictures ready.
   * @param {Api.ReviewTask[]} tasks
   */
  prepare(tasks) {
    for (const task of tasks) {
      void this.of(task);
      for (const [number, picture] of task.item.media.entries()) {
        if (picture.here) new Image().src = pictureAddress(task, number);
      }
    }
  }

  /**
   * Those of one item; none for a blind answer, and none where the network is gone.
   * @param {Api.ReviewTask} task
   * @returns {Promise<Api.ShownPrecedent[]>}
   */
  of(task) {
    if (task.blind) return Promise.resolve([]);
    const known = this.#found.get(task.assignment_id);
    if (known) return known;
    const asked = ask("GET", `/api/v1/assignments/${task.assignment_id}/precedents`)
      .then((given) => given.precedents)
      .catch(() => []);
    this.#found.set(task.assignment_id, asked);
    const [oldest] = this.#found.keys();
    if (oldest !== undefined && this.#found.size > KEPT) this.#found.delete(oldest);
    return asked;
  }
}
