/** Behaviour of the library page. */
import "./grid.js";
import "./filters.js";
import "./drop.js";

const keys = document.getElementById("library-keys");
document.querySelector("#keys-dialog .help-columns")?.append(keys.content.cloneNode(true));
