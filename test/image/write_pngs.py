"""Writes png.json: small PNG files by Pillow, OpenCV and pypng, with the ids or colours (0xrrggbb) that they hold.

usage: python write_pngs.py png.json   (with numpy, pillow, opencv-python-headless and pypng installed)
"""
import base64, json, io, sys
import numpy as np, cv2, png
from PIL import Image
rng=np.random.default_rng(3)
W,H=21,13
blob=np.kron(rng.integers(0,6,(4,6)),np.ones((4,4),int))[:H,:W].astype(np.uint8)
out=[]
def add(name,data,kind,values): out.append(dict(name=name,png=base64.b64encode(data).decode(),kind=kind,values=np.asarray(values).ravel().tolist(),width=int(np.asarray(values).shape[1]),height=int(np.asarray(values).shape[0])))
def pil(im,**k):
    b=io.BytesIO(); im.save(b,'PNG',**k); return b.getvalue()
pal=[(0,0,0),(108,64,20),(0,102,0),(0,255,0),(0,128,255),(255,255,0)]
rgb=np.array(pal,np.uint8)[blob]
code=lambda a:(a[...,0].astype(int)<<16)|(a[...,1].astype(int)<<8)|a[...,2]
add('Pillow, gray',pil(Image.fromarray(blob)),'ids',blob)
add('Pillow, gray, optimized',pil(Image.fromarray(blob*40),optimize=True),'ids',blob*40)
add('OpenCV, gray',cv2.imencode('.png',blob)[1].tobytes(),'ids',blob)
g16=blob.astype(np.uint16)*257+3
add('OpenCV, gray of 16 bits',cv2.imencode('.png',g16)[1].tobytes(),'ids',g16)
add('Pillow, RGB',pil(Image.fromarray(rgb)),'colours',code(rgb))
add('OpenCV, RGB',cv2.imencode('.png',rgb[...,::-1])[1].tobytes(),'colours',code(rgb))
a=np.dstack([rgb,(blob*50).astype(np.uint8)])
add('Pillow, RGBA',pil(Image.fromarray(a)),'colours',code(rgb))
p=Image.fromarray(blob,'P'); p.putpalette(sum(pal,()))
for bits in (8,4):
    d=pil(p,bits=bits); add(f'Pillow, palette of {bits} bits',d,'palette',blob)
p2=Image.fromarray(blob%2,'P'); p2.putpalette(sum(pal[:2],()))
add('Pillow, palette of 1 bit',pil(p2,bits=1),'palette',blob%2)
add('Pillow, 1 bit',pil(Image.fromarray((blob%2).astype(bool))),'ids',blob%2)
pt=Image.fromarray(blob,'P'); pt.putpalette(sum(pal,()))
from PIL.PngImagePlugin import PngInfo
i=PngInfo(); i.add_text('Software','test')
add('Pillow, palette with transparency, text and gamma',pil(pt,transparency=0,pnginfo=i,dpi=(72,72)),'palette',blob)
la=np.dstack([blob,np.full_like(blob,128)])
add('Pillow, gray with alpha',pil(Image.fromarray(la,'LA')),'ids',blob)
for bits in (1,2,4,8,16):
    v=(blob.astype(int)*(7919 if bits==16 else 1))%(2**bits)
    b=io.BytesIO(); png.Writer(W,H,greyscale=True,bitdepth=bits,interlace=True).write(b,v.tolist()); add(f'pypng, gray of {bits} bits, interlaced',b.getvalue(),'ids',v)
b=io.BytesIO(); png.Writer(W,H,greyscale=False,interlace=True).write(b,rgb.reshape(H,-1).tolist()); add('pypng, RGB, interlaced',b.getvalue(),'colours',code(rgb))
b=io.BytesIO(); png.Writer(W,H,palette=pal,bitdepth=4,interlace=True).write(b,blob.tolist()); add('pypng, palette of 4 bits, interlaced',b.getvalue(),'palette',blob)
json.dump(out,open(sys.argv[1],'w'),separators=(',',':'))

