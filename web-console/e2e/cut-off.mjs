/** Both sizes of screen that a desk has. */
export const sizes = [
  [1366, 768],
  [1920, 1080],
];

/** Texts of the call bar and of open panels that are wider than their place, or lie outside it. */
export function cutOff(page) {
  return page.evaluate(() => {
    const found = [];
    for (const frame of document.querySelectorAll(
      '.active, .connect, .check, .pad, .more ul, .row.mine, .list-row.mine',
    )) {
      const place = frame.getBoundingClientRect();
      for (const control of frame.querySelectorAll('button, b, strong, kbd, [role=img]')) {
        const own = control.getBoundingClientRect();
        const floats = control.closest('.pad, .more ul');
        if (own.width === 0 || (floats && floats !== frame)) continue;
        const outside = own.right > place.right + 1 || own.bottom > place.bottom + 1;
        // What may be shortened says so by an ellipsis.
        const shortens = getComputedStyle(control).textOverflow === 'ellipsis';
        const narrow = !shortens && control.scrollWidth > control.clientWidth + 1 && control.clientWidth > 0;
        if ((outside && !control.closest('.scroll')) || narrow)
          found.push(`${control.tagName} “${control.textContent.trim().slice(0, 40)}”`);
      }
    }
    return found;
  });
}
