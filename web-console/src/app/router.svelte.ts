/** The address of the screen. Fifteen lines are enough for three roles with a handful of pages. */
class Router {
  path = $state(location.pathname);

  constructor() {
    addEventListener('popstate', () => (this.path = location.pathname));
  }

  go(path: string): void {
    if (path !== location.pathname) history.pushState(null, '', path);
    this.path = path;
  }
}

export const router = new Router();
