// The page's header: its name, and the buttons that open the drawers.
import { Icon, type IconName } from "../ui/Icon";

export type Drawer = "history" | "library" | "check";

interface Props {
  dark: boolean;
  onDark(dark: boolean): void;
  onOpen(drawer: Drawer): void;
  onHome(): void;
}

const DRAWERS: [Drawer, IconName, string][] = [
  ["history", "clock", "History"],
  ["library", "save", "Library"],
  ["check", "wave", "Stream check"],
];

export function Header({ dark, onDark, onOpen, onHome }: Props) {
  return (
    <header className="top">
      <h1>
        <a
          href="/"
          className="name"
          onClick={(event) => {
            event.preventDefault();
            onHome();
          }}
        >
          <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
            <path className="mark-a" d="M16 2 29 9.5v13L16 30 3 22.5v-13z" />
            <path className="mark-b" d="M16 16 29 9.5v13L16 30z" />
            <path className="mark-c" d="M16 2 29 9.5 16 16 3 9.5z" />
          </svg>
          PropMaker
        </a>
      </h1>
      <nav aria-label="Page">
        {DRAWERS.map(([drawer, icon, label]) => (
          <button key={drawer} type="button" className="quiet" onClick={() => onOpen(drawer)}>
            <Icon name={icon} /> <span className="wide-only">{label}</span>
          </button>
        ))}
        <button type="button" className="icon" aria-label={dark ? "Use the light scheme" : "Use the dark scheme"} onClick={() => onDark(!dark)}>
          <Icon name={dark ? "sun" : "moon"} />
        </button>
      </nav>
    </header>
  );
}
