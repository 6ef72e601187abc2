/** Files dropped anywhere on the library page, or pasted, open the upload dialog with them. */
export {};
