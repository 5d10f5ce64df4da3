// A drawer at the side of the page: history, library, stream check.
import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "./Icon";

interface DialogProps {
  title: string;
  note: string;
  onClose(): void;
  children: ReactNode;
}

/** A drawer over the page; Escape and a click beside it close it. */
export function Dialog({ title, note, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} className="drawer" aria-label={title} onClose={onClose} onClick={(event) => event.target === ref.current && ref.current.close()}>
      <header className="panel-head">
        <h2>{title}</h2>
        <button type="button" className="icon" aria-label="Close" onClick={() => ref.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <p className="drawer-note">{note}</p>
      {children}
    </dialog>
  );
}
