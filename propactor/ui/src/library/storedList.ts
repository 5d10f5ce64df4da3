// Lists that this browser stores: saved props and past runs. Nothing of them leaves the browser.
import type { PropPart } from "../../client";

export interface SavedProp {
  id: string;
  name: string;
  filename: string;
  prompt: string;
  code: string;
  parts: readonly PropPart[];
  method: "ai" | "template";
  createdAt: number;
}

export interface PastRun {
  /** The generation's own id. */
  id: string;
  prompt: string;
  name?: string;
  method?: "ai" | "template";
  parts: number;
  error?: string;
  durationMs?: number;
  createdAt: number;
}

type Store = Pick<Storage, "getItem" | "setItem">;

/**
 * A list, newest first, in the browser's local storage; in memory where that is forbidden.
 *
 * @param name the key in local storage
 * @param capacity the most items to keep; the oldest go first
 * @param store another storage, for tests
 */
export class StoredList<T extends { id: string }> {
  private items: readonly T[];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly name: string,
    private readonly capacity: number,
    private readonly store: Store | undefined = browserStore(),
  ) {
    this.items = this.load();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): readonly T[] => this.items;

  find(id: string): T | undefined {
    return this.items.find((item) => item.id === id);
  }

  /** Put an item first; it replaces one with the same id. */
  put(item: T): void {
    this.change([item, ...this.items.filter(({ id }) => id !== item.id)].slice(0, this.capacity));
  }

  remove(id: string): void {
    this.change(this.items.filter((item) => item.id !== id));
  }

  private change(items: readonly T[]): void {
    this.items = this.keep(items);
    for (const listener of this.listeners) listener();
  }

  /** Write the list; when the browser's space is used up, the oldest go. */
  private keep(items: readonly T[]): readonly T[] {
    for (let count = items.length; count > 0 && this.store; count = Math.floor(count / 2)) {
      try {
        this.store.setItem(this.name, JSON.stringify(items.slice(0, count)));
        return items.slice(0, count);
      } catch {
        continue; // full: with fewer
      }
    }
    if (!items.length) this.store?.setItem(this.name, "[]");
    return items;
  }

  private load(): readonly T[] {
    try {
      const value: unknown = JSON.parse(this.store?.getItem(this.name) ?? "[]");
      return Array.isArray(value) ? (value as T[]) : [];
    } catch {
      return [];
    }
  }
}

function browserStore(): Store | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined; // forbidden here
  }
}
