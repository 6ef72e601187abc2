/** Pages of seed images: uploads that become variations, choosing, and the tools. */
import "../../assets/library/upload.js";
import "./seed-upload.js";
import "./seed-manager.js";
import "./compare-wipe.js";
import "./crop-box.js";
import "./mask-painter.js";
