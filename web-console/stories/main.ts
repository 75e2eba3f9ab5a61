// The screens without a server: `npm run stories`, then /stories/?NAME. Never part of the product.
import { scenarios } from './scenarios';

const wanted = location.search.slice(1).split('&')[0] ?? '';
const scenario = scenarios[wanted];

if (!scenario) {
  const list = document.createElement('ul');
  for (const [name, { title }] of Object.entries(scenarios)) {
    const link = Object.assign(document.createElement('a'), { href: `?${name}`, textContent: title });
    list.append(document.createElement('li'));
    list.lastElementChild?.append(link);
  }
  document.body.prepend(list);
} else {
  const server = scenario.server();
  server.install();
  // Which screen opens is read from the address when the console starts.
  history.replaceState(null, '', scenario.path);
  await import('../src/main');
  const { control } = await import('./control');
  control(scenario.steps(server));
}
