// Everything here only helps: each page reads and writes without it.

import "./elements/connection-status.js";
import "./elements/copy-link.js";
import "./elements/filter-list.js";
import "./elements/menu-disclosure.js";
import "./elements/open-dialog.js";
import "./elements/reveal-password.js";
import "./elements/text-counter.js";
import "./elements/theme-switch.js";
import "./forms.js";
