// Talking to the server: JSON there and back, the page's token along, and errors told apart.

import { address } from "../address.js";

/** The network, or a server that doesn't answer: try again later. */
export class Unreachable extends Error {}

/** An answer of the server that isn't the wanted one. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{ code?: string, detail?: string }} problem
   * @param {number} wait seconds the server asks for
   */
  constructor(status, problem, wait = 0) {
    super(problem.detail ?? `status ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
    this.wait = wait;
  }

  /** Whether the same request may do better later. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }

  /** Whether it is about who asks, not about what was asked. */
  get aboutLogin() {
    return this.status === 401 || this.code === "csrf" || this.code === "origin";
  }
}

const PATIENCE = 15_000;

/**
 * Ask the server.
 * @param {string} method
 * @param {string} path from the site's root
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function ask(method, path, body) {
  const headers = { "X-CSRF-Token": document.querySelector("meta[name=csrf-token]")?.content ?? "" };
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address(path), {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      redirect: "error",
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  return response.ok ? await read(response) : await refuse(response);
}

async function read(response) {
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(`the answer broke off: ${error}`);
  }
}

async function refuse(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // a proxy's own page
  }
  throw new Refused(response.status, problem, Number(response.headers.get("retry-after")) || 0);
}
