// Package web embeds the chat's page: plain HTML, CSS and JavaScript modules, as
// they are in this folder, without a build step.
package web

import "embed"

// Files are the page's files: index.html and what it asks for.
//
//go:embed index.html chat.js style.css
var Files embed.FS
