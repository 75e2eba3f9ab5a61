import { savedBaseMap, saveBaseMap } from '../app/preferences';
import { reference } from '../app/reference.svelte';

/** Whether there are base maps, and whether this desk wants them drawn. */
class Ground {
  wanted = $state(savedBaseMap());

  /** Those that can be used, by name. */
  get usable(): string[] {
    return (reference.map?.base_maps ?? []).filter((map) => map.fault === null).map((map) => map.name);
  }

  /** Those that cannot. */
  get faulty() {
    return (reference.map?.base_maps ?? []).filter((map) => map.fault !== null);
  }

  turn(): void {
    this.wanted = !this.wanted;
    saveBaseMap(this.wanted);
  }
}

export const ground = new Ground();
