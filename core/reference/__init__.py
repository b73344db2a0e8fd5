"""The generated reference: pages of documentation made from the code itself."""
