// The page's icons: strokes on a grid of 24.
const PATHS = {
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  reset: "M4 4v6h6M20 12a8 8 0 1 1-2.3-5.6L20 8",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v11H9zM5 15V4h10",
  download: "M12 4v11m0 0 4-4m-4 4-4-4M5 20h14",
  save: "M6 4h12v16l-6-4-6 4z",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  again: "M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5",
  stop: "M7 7h10v10H7z",
  play: "M8 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  down: "M12 5v14m0 0 6-6m-6 6-6-6",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  link: "M9 15l6-6M11 6l1-1a4.2 4.2 0 0 1 6 6l-1 1M13 18l-1 1a4.2 4.2 0 0 1-6-6l1-1",
  wave: "M3 12h4l2-6 4 12 3-9 2 3h3",
  tool: "M14 6a4 4 0 0 0 5 5l-9 9-4-4 9-9a4 4 0 0 0-1-1z",
  thought: "M7 18l-3 3v-5a7 7 0 0 1-1-4c0-4 4-7 9-7s9 3 9 7-4 7-9 7a10 10 0 0 1-5-1z",
  pen: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  dot: "M12 11.5v1",
  note: "M12 8v5M12 16.5v.5M12 3l9 16H3z",
  chevron: "M9 6l6 6-6 6",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="svg-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
