// The dialogs of history and library, both kept in this browser.
import type { ReactNode } from "react";
import type { PastRun, SavedProp } from "../library/storedList";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { counted, moment, span } from "../ui/words";

const LOCAL = "Kept in this browser only; nobody else sees it, and clearing the browser's data clears it.";

interface HistoryProps {
  runs: readonly PastRun[];
  onOpen(run: PastRun): void;
  onRemove(id: string): void;
  onClose(): void;
}

export function HistoryDialog({ runs, onOpen, onRemove, onClose }: HistoryProps) {
  return (
    <Dialog title="History" note={`${LOCAL} A run can be opened for as long as the service keeps it.`} onClose={onClose}>
      <List empty="No runs yet." count={runs.length}>
        {runs.map((run) => (
          <Item key={run.id} title={run.name ?? run.prompt} name={run.prompt} onOpen={() => onOpen(run)} onRemove={() => onRemove(run.id)}>
            {run.name && <span className="item-prompt">{run.prompt}</span>}
            <span className="detail">{outcomeOf(run)} · {moment(run.createdAt)}</span>
          </Item>
        ))}
      </List>
    </Dialog>
  );
}

function outcomeOf(run: PastRun): string {
  if (run.error) return run.error;
  if (!run.method) return "not ended when last seen";
  const how = run.method === "ai" ? "model" : "template";
  return [how, counted(run.parts, "part"), ...(run.durationMs === undefined ? [] : [span(run.durationMs)])].join(" · ");
}

interface LibraryProps {
  props: readonly SavedProp[];
  onOpen(prop: SavedProp): void;
  onRemove(id: string): void;
  onClose(): void;
}

export function LibraryDialog({ props, onOpen, onRemove, onClose }: LibraryProps) {
  return (
    <Dialog title="Library" note={LOCAL} onClose={onClose}>
      <List empty="No saved props yet." count={props.length}>
        {props.map((prop) => (
          <Item key={prop.id} title={prop.name} name={prop.name} onOpen={() => onOpen(prop)} onRemove={() => onRemove(prop.id)}>
            <span className="item-prompt">{prop.prompt}</span>
            <span className="detail">
              {counted(prop.parts.length, "part")} · {moment(prop.createdAt)}
            </span>
          </Item>
        ))}
      </List>
    </Dialog>
  );
}

function List({ empty, count, children }: { empty: string; count: number; children: ReactNode }) {
  return count ? <ul className="items">{children}</ul> : <p className="empty">{empty}</p>;
}

interface ItemProps {
  title: string;
  name: string;
  onOpen(): void;
  onRemove(): void;
  children: ReactNode;
}

function Item({ title, name, onOpen, onRemove, children }: ItemProps) {
  return (
    <li className="item">
      <button type="button" className="item-open" onClick={onOpen}>
        <strong>{title}</strong>
        {children}
      </button>
      <button type="button" className="icon" aria-label={`Forget ${name}`} onClick={onRemove}>
        <Icon name="trash" />
      </button>
    </li>
  );
}
