import { savedDevices, saveDevices, type ChosenDevices } from '../app/preferences';

export interface Device {
  id: string;
  label: string;
}

/** Which microphone and which speakers this PC has, and which of them the person chose. */
class Devices {
  microphones = $state.raw<Device[]>([]);
  speakers = $state.raw<Device[]>([]);
  chosen = $state.raw<ChosenDevices>(savedDevices());

  constructor() {
    // A headset that is plugged in during a shift is offered at once.
    globalThis.navigator?.mediaDevices?.addEventListener?.('devicechange', () => void this.look());
  }

  /** Names are known only after the microphone was allowed. */
  async look(): Promise<void> {
    if (!navigator.mediaDevices?.enumerateDevices) return;
    const found = await navigator.mediaDevices.enumerateDevices();
    const of = (kind: MediaDeviceKind) =>
      found
        .filter((one) => one.kind === kind && one.deviceId !== '')
        .map((one) => ({ id: one.deviceId, label: one.label }));
    this.microphones = of('audioinput');
    this.speakers = of('audiooutput');
  }

  choose(what: keyof ChosenDevices, device: string | null): void {
    this.chosen = { ...this.chosen, [what]: device };
    saveDevices(this.chosen);
  }

  /** The speaker to use: the chosen one while it is there, otherwise the browser's own choice. */
  present(what: 'headset' | 'ring'): string {
    const wanted = this.chosen[what];
    return wanted !== null && this.speakers.some((one) => one.id === wanted) ? wanted : '';
  }
}

export const devices = new Devices();
