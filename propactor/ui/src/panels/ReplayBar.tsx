// The controls of a replay, over the viewport.
import type { Player } from "../session/useReplay";
import { Icon } from "../ui/Icon";
import { span } from "../ui/words";

export function ReplayBar({ player }: { player: Player }) {
  const { length, position, playing, run } = player;
  return (
    <div className="replay" role="group" aria-label="Replay">
      <button type="button" className="icon" aria-label={playing ? "Pause the replay" : "Play the replay"} onClick={player.toggle}>
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <input
        type="range"
        min={0}
        max={Math.max(1, length)}
        step={1}
        value={position}
        aria-label="Time in the run"
        aria-valuetext={`${span(position)} of ${span(length)}`}
        onChange={(event) => player.seek(Number(event.target.value))}
      />
      <span className="numbers">
        {span(position)} / {span(length)}
      </span>
      {run && (
        <button type="button" className="quiet" onClick={player.exit}>
          End
        </button>
      )}
    </div>
  );
}
