// The members' panel: beside the messages where there is room, over them where there
// is not.

const WIDE = '(min-width: 56rem)';

export class Panel {
  #panel; #button;

  constructor(panel, button, close) {
    this.#panel = panel;
    this.#button = button;
    const wide = matchMedia(WIDE);
    wide.addEventListener('change', () => {
      if (!wide.matches && panel.contains(document.activeElement)) button.focus(); // else the focus goes with the panel
      this.#open(wide.matches);
    });
    button.addEventListener('click', () => {
      this.#open(panel.hidden);
      if (!panel.hidden && !wide.matches) close.focus();
    });
    const away = () => {
      this.#open(false);
      button.focus();
    };
    close.addEventListener('click', away);
    panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing && !wide.matches) away();
    });
    document.querySelector('main').addEventListener('pointerdown', () => {
      if (!wide.matches) this.#open(false);
    });
    this.#open(wide.matches);
  }

  #open(on) {
    this.#panel.hidden = !on;
    this.#button.setAttribute('aria-expanded', String(on));
  }
}
