/** Behaviour of the Create page. */
import "../jobs/live-job.js";
import "./bench.js";
import "./compare.js";
import "./fields.js";
import "./pickers.js";
