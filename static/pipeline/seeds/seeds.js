/** Pages of seed images: uploads that become variations, and what is chosen among them. */
import "../../assets/library/upload.js";
import "./seed-upload.js";
import "./seed-manager.js";
