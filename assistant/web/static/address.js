// Where this site's addresses begin: at `/`, or below the path a proxy gives it; this file lies two folders below that.
// The page says which project it is of: what its scripts ask for is asked in that project, whatever others there are.

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const PROJECT = document.querySelector(/** @type {"meta"} */ ("meta[name=project]"))?.content ?? "";

/**
 * An address of this site.
 * @param {string} path from the site's root, e.g. `/login`
 */
export function address(path) {
  return ROOT + (PROJECT && `/p/${PROJECT}`) + path;
}
