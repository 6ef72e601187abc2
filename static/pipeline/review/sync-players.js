/**
 * <sync-players>: two <frame-player>s that show the same frame. The first one leads: while it
 * plays, the other plays too and is set right whenever it is off by more than one frame.
 */
class SyncPlayers extends HTMLElement {
  connectedCallback() {
    this.addEventListener("frame-change", (event) => this.#follow(event));
  }

  #follow(event) {
    if (this.leading) return;
    const [first, second] = this.querySelectorAll("frame-player");
    const [leader, other] = event.target === first ? [first, second] : [second, first];
    if (!other?.show) return;
    // The one that moved by itself leads; what the other says meanwhile is the echo.
    if (leader.direction === 0 && other.direction !== 0) return;
    this.leading = true;
    const { frame } = event.detail;
    if (leader.direction === 0) {
      if (other.frame !== frame) other.show(frame);
    } else if (other.direction !== leader.direction) {
      other.play(leader.direction);
    } else if (Math.abs(other.frame - frame) > 1 && !other.video.seeking) {
      other.video.currentTime = leader.video.currentTime;
    }
    this.leading = false;
  }
}

customElements.define("sync-players", SyncPlayers);
