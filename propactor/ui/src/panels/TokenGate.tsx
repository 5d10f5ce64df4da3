// Where the service wants a token, the page asks for it.
import { type FormEvent, useState } from "react";

export function TokenGate({ onToken }: { onToken(token: string): void }) {
  const [token, setToken] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onToken(token.trim());
  };
  return (
    <form className="gate" onSubmit={submit}>
      <label htmlFor="token">This service wants a token. It is kept until this tab is closed.</label>
      <div className="prompt-row">
        <input id="token" type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
        <button type="submit" className="primary" disabled={!token.trim()}>
          Enter
        </button>
      </div>
    </form>
  );
}
