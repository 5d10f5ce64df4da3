// The entry point: style sheets, and the root of the page.
import { createRoot } from "react-dom/client";
import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/stage.css";
import "./styles/panels.css";
import "./styles/thinking.css";
import "./styles/code.css";
import { PropMakerMachine } from "./PropMakerMachine";

const root = document.getElementById("root");
if (root) createRoot(root).render(<PropMakerMachine />);
