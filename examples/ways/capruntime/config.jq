# row: f. **capruntime**
.
