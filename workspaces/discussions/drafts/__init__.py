"""What is typed and not sent follows its writer from device to device."""
