import '@fontsource-variable/atkinson-hyperlegible-next/index.css';
import './style/tokens.css';
import './style/base.css';
import './style/narrow.css';
import './style/forced.css';
import { mount } from 'svelte';
import App from './App.svelte';

const place = document.getElementById('console');
if (!place) throw new Error('index.html has no #console');
mount(App, { target: place });
