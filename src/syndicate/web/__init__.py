"""The public site, the feeds over HTTP and the pages of a subscription: `app.create_app`, `server.build`."""
