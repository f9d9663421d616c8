import { h, render } from 'preact';
import { App } from './app';

const root = document.getElementById('page');
if (root) render(h(App, null), root);
