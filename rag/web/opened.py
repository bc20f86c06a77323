"""The place that a document opens in, beside a conversation, a list or a map, and the way back."""

from __future__ import annotations

STYLE = "yj-opened"
"""The class of the components that documents open in."""

SCRIPT = """
// What was clicked to open the document, which is where closing leads back to.
let opener = null;
watch('value', () => {
  const box = element.closest('.yj-opened');
  const opened = box.querySelector('.yj-document');
  if (!opened) return;
  const quote = box.querySelector('.yj-quote');
  const above = quote ? quote.getBoundingClientRect().top - box.getBoundingClientRect().top : 0;
  box.scrollTop = quote ? box.scrollTop + above - box.clientHeight / 3 : 0;
  // On a phone it stands below; whoever asks for it is taken there.
  if (window.yinjuOpener) {
    opener = window.yinjuOpener;
    window.yinjuOpener = null;
    // From point to point of a map the arrows go, so the focus stays there.
    if (opener instanceof HTMLElement) (quote || opened).focus({ preventScroll: true });
    requestAnimationFrame(() => box.scrollIntoView({ block: 'nearest' }));
  }
});
const close = () => {
  props.value = '';
  trigger('clear');
  const back = opener;
  opener = null;
  if (back && back.isConnected) {
    back.focus({ preventScroll: true });
    requestAnimationFrame(() => back.scrollIntoView({ block: 'nearest' }));
  }
};
element.addEventListener('click', (event) => {
  if (event.target.closest('button[data-act=close]')) close();
});
document.addEventListener('keydown', (event) => {
  const shown = element.querySelector('.yj-document');
  if (event.key === 'Escape' && !event.isComposing && shown && shown.offsetParent) close();
});
"""
