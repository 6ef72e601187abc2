/**
 * What a person or an element did to the page stays when a fragment is morphed over it: opened
 * menus and disclosures, buttons that a module switches ([data-keep-disabled]), and what custom
 * elements have drawn into themselves, as long as it is about the same thing.
 */
const SAME_BY = {
  "RELATIVE-TIME": (element) => element.getAttribute("datetime"),
  "ELAPSED-TIME": (element) => element.getAttribute("datetime"),
  "LIVE-PROGRESS": (element) => element.dataset.job,
  "BLUR-UP": (element) => element.querySelector("img")?.getAttribute("src"),
};

window.htmx.registerExtension("keep-drawn", {
  htmx_before_morph_node(element, { oldNode, newNode }) {
    const what = SAME_BY[oldNode.tagName];
    return !what || what(oldNode) !== what(newNode);
  },
  htmx_before_morph_attr(element, { attrName }) {
    const opened = attrName === "open" && element.matches("details");
    return !(opened || (attrName === "disabled" && element.hasAttribute("data-keep-disabled")));
  },
});
