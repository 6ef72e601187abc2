/** Everything that the pages of takes, boundaries and cuts need. */
import "./frame-player.js";
import "./boundary-inspector.js";
import "./sync-players.js";
import "./verdict-keys.js";
