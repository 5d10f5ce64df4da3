// Checks whether anything between this page and the service buffers streams, with one whose timing is known.
import { useEffect, useState } from "react";
import { type BufferingReport, checkBuffering, type Service } from "../../client";
import { Dialog } from "../ui/Dialog";

type Finding = BufferingReport | "looking" | "failed";

export function StreamCheck({ service, onClose }: { service: Service; onClose(): void }) {
  const [found, setFound] = useState<Finding>("looking");
  useEffect(() => {
    let wanted = true;
    checkBuffering(service).then(
      (report) => wanted && setFound(report),
      () => wanted && setFound("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [service]);
  const [tone, title, detail] = wordsFor(found);
  return (
    <Dialog title="Stream check" note="The service sends a few ticks with known distances; how do they arrive here?" onClose={onClose}>
      <div className={`verdict ${tone}`} role="status" data-verdict={tone}>
        <strong>{title}</strong>
        <p>{detail}</p>
      </div>
    </Dialog>
  );
}

function wordsFor(found: Finding): [string, string, string] {
  if (found === "looking") return ["plain", "Looking", "This takes a second."];
  if (found === "failed") return ["bad", "The check failed", "The service did not answer as it should."];
  if (found.live) return ["good", "Streams pass live", `${found.ticks} ticks came as they were sent.`];
  if (found.ticks < found.expected || !found.expected) {
    return ["bad", "The stream broke off", `${found.ticks} of ${found.expected || "?"} ticks came.`];
  }
  return [
    "bad",
    "Something buffers the stream",
    `Ticks came ${(found.heldBackMs / 1000).toFixed(1)} s closer together than they were sent. A proxy in between has to be told not to buffer text/event-stream; behind nginx: proxy_buffering off; gzip off.`,
  ];
}
