import { type ComponentChildren, h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Where the focus goes once what had it is gone. */
const FALLBACK = '.slack-panel .body';

/** Gives back what puts the focus where it was: a dialog that is taken away leaves it nowhere. */
function focusReturned(): () => void {
  const before = document.activeElement;
  return () => {
    const target = before?.isConnected ? before : document.querySelector(FALLBACK);
    if (target instanceof HTMLElement) target.focus();
  };
}

/**
 * A dialog over the page. The browser keeps the focus in it. Escape asks to close it: whether it is
 * open is for the one who shows it, so it stays where closing is refused.
 */
export function OpenDialog({
  label,
  close,
  children,
}: {
  readonly label: string;
  readonly close: () => void;
  readonly children?: ComponentChildren;
}): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => focusReturned(), []);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  });
  return h(
    'dialog',
    {
      ref: dialog,
      class: 'slack',
      'aria-label': label,
      onCancel: (event: Event) => {
        event.preventDefault();
        close();
      },
      // A browser asks only once: a second Escape closes it, whatever was said.
      onClose: () => dialog.current?.showModal(),
    },
    children,
  );
}
