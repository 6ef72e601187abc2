/** Behaviour of every page. Pages add their own modules in the block `modules`. */
import "./csrf.js";
import "./live-feed.js";
import "./live-progress.js";
import "./morph.js";
import "./toasts.js";
import "./theme.js";
import "./keys.js";
import "./dialogs.js";
import "./menus.js";
import "./resizer.js";
import "./relative-time.js";
import "./copy-button.js";
import "./blur-up.js";
import "./fields.js";
