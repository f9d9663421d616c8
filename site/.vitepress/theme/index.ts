import theme from 'vitepress/theme';
import './pictures.css';
import './tables.css';

export default theme;
