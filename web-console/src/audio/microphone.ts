/** Why there is no microphone, in the words that the screens have for it. */
export type MicrophoneFault = 'denied' | 'missing' | 'busy' | 'insecure';

export class NoMicrophone extends Error {
  constructor(
    readonly why: MicrophoneFault,
    cause?: unknown,
  ) {
    super(`no microphone: ${why}`, { cause });
    this.name = 'NoMicrophone';
  }
}

/** Asks the person, if the browser has not been told yet, and opens the microphone. */
export async function openMicrophone(device: string | null): Promise<MediaStream> {
  // Browsers hide microphones from pages that did not come over HTTPS (or from this PC itself).
  if (!navigator.mediaDevices?.getUserMedia) throw new NoMicrophone('insecure');
  const audio: MediaTrackConstraints = {
    channelCount: 1,
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
  };
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: device === null ? audio : { ...audio, deviceId: { ideal: device } },
    });
  } catch (error) {
    throw new NoMicrophone(faultOf(error), error);
  }
}

/** Whether the microphone may be opened without asking anybody: then a reloaded page comes back by itself. */
export async function mayOpenUnasked(): Promise<boolean> {
  if (!navigator.mediaDevices?.getUserMedia) return false;
  try {
    const permission = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    return permission.state === 'granted';
  } catch {
    return false;
  }
}

export function faultOf(error: unknown): MicrophoneFault {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'missing';
  }
}
