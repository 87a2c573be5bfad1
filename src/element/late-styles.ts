const sheets = new Map<string, CSSStyleSheet>();

/** Gives a shadow root the styles of code that is loaded later; all elements share them. */
export function adoptStyles(shadow: ShadowRoot, styles: string): void {
  let sheet = sheets.get(styles);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    sheets.set(styles, sheet);
  }
  if (!shadow.adoptedStyleSheets.includes(sheet)) shadow.adoptedStyleSheets.push(sheet);
}
