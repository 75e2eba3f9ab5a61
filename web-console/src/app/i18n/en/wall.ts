import type { wall as original } from '../id/wall';

export const wall: Record<keyof typeof original, string> = {
  'wall.data_at': 'data {time}',
  'wall.stale': 'Data is stale since {time}: trying again',
  'wall.never': 'No data yet: trying again',
  'wall.disaster': 'DISASTER MODE since {time}',
  'wall.darurat': 'Emergency mode: the store is out of reach',
  'wall.target': 'target {n}',
  'wall.target_none': 'no target',
  'wall.unacknowledged': 'Not acknowledged',
  'wall.call_backs': 'Call-backs',
  'wall.on_scene': '{n} on scene',
  'wall.unsent': '{n} not sent',
  'wall.needed': 'Call-takers needed',
  'wall.needed_target': '{present} present',
  'wall.needed_note': '{calls} calls/h · {seconds} s a call',
  'wall.needed_assumed': '{calls} calls/h · {seconds} s assumed',
  'wall.trunks': 'Trunks',
  'wall.trunks_down': 'down: {names}',
  'wall.trunks_up': 'all answer',
  'wall.trunks_unknown': 'not known yet',
};
